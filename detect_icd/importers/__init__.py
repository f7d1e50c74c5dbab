"""Official files, one reader a format, and the code book compiled from them. Nothing here runs at run time."""
