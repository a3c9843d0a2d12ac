"""Thousands of submissions while everything around them breaks."""
