"""The model that ships with Housestyle, and everything that made it."""
