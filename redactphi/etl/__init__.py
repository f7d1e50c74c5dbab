"""Batches: files and frames in, safe files and frames out."""
