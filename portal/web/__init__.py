"""What every page shares: access, errors, headers, menus, templates."""
