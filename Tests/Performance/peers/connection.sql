SELECT json_array(json_object(
    'id', id, 'type', type, 'status', status, 'config', json(config), 'public_key', public_key,
    'setup_script', setup_script, 'created_at', created_at, 'last_tested_at', last_tested_at, 'last_error', last_error
)) FROM connection WHERE organisation = ?
