"""Code pages: all that is known of a code. What a page holds (``records``) is apart from how it is laid out and shown."""
