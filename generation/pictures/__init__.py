"""What one does with finished pictures: look, save, keep, share, remove, and go on from there."""
