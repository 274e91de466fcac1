"""An executed notebook as a document tree, whatever the format it is written to."""
