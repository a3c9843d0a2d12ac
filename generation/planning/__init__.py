"""How many workers a house needs: its day, simulated with the times it measured."""
