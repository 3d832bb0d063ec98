select convert_to('{"data":{"parked":null,"foreign":null}}', 'UTF8')
