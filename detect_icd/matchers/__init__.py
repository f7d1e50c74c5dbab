"""What finds codes in a note: literal codes, diagnoses in words, procedures in words."""
