"""Words: languages, catalogues, and the label of every state."""
