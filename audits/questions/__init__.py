"""Typed questions of a self-assessment, as a scheme version defines them: no code knows one of them."""
