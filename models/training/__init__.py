"""How the shipped model is made: seeded training data and the training run."""
