"""Languages, catalogues, and labels of states."""
