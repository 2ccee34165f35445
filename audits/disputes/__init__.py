"""Appeals of agencies against decisions about them, heard by people who took no part."""
