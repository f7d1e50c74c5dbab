"""The conventions of the classification: what several codes of one note come to together, and in which order."""
