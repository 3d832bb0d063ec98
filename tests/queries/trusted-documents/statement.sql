select convert_to('{"data":{"clients":' || chr(1) || '0:[' || '' || ']' || chr(1) || '}}', 'UTF8')
