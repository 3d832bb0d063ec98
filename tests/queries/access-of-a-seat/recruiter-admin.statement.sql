select convert_to(concat('{"data":{"parked":', chr(1) || '0:[' || '' || ']' || chr(1), ',"foreign":',
    chr(1) || '1:[' || '' || ']' || chr(1), '}}'), 'UTF8')
