"""The whole portal on this machine, while parts of it are killed and restarted."""
