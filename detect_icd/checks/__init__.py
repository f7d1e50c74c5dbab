"""What is wrong with the codes of one claim: a module for each kind of check, ``checking`` for all of them."""
