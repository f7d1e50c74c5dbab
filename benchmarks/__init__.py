"""Measures beside peers; see the Makefile target bench."""
