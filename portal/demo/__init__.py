"""The demo of `make demo`: made-up people and agencies, driven through the same services as the pages."""
