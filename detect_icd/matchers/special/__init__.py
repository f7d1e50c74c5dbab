"""What single phrases do not decide: injuries and their causes, pregnancy and birth, neoplasms, drugs."""
