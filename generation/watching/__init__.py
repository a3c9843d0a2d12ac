"""How the house is doing: figures for operators and programs, a page for people."""
