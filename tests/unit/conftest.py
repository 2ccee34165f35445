"""Property tests answer to no clock: a busy machine is not a bug."""

from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")
