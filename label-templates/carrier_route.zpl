+++
name = "carrier_route"
title = { ru = "Маршрут перевозчика", en = "Carrier routing" }
media = { width_mm = 100, height_mm = 75 }
dots_per_mm = 8

[[field]]
name = "carrier_number"
kind = "code128"
required = true
fit = "shrink"
max_characters = 40
example = "1104829301"

[[field]]
name = "carrier"
kind = "text"
required = true
fit = "shrink"
min = 32
max_characters = 40
example = "СДЭК"

[[field]]
name = "route"
kind = "text"
required = true
fit = "shrink"
min = 60
max_characters = 24
example = "ТВР-12"

[[field]]
name = "sorting"
kind = "qr"
fit = "shrink"
max_characters = 80
example = "ТВР-12;1104829301;1/2"

[[field]]
name = "city"
kind = "text"
required = true
fit = "shrink"
min = 32
max_characters = 80
example = "Тверь"

[[field]]
name = "service"
kind = "text"
fit = "shrink"
min = 26
max_characters = 60
example = "Склад — пункт выдачи, эконом"

[[field]]
name = "place"
kind = "text"
required = true
fit = "shrink"
min = 28
max_characters = 10
example = "1 из 2"
+++
^XA
^FO24,14^FB400,1,0,L^A0N,64^FD{carrier}^FS
^FO440,20^FB336,1,0,R^A0N,52^FDМесто {place}^FS
^FO24,84^GB752,4,4^FS
^FO24,100^FB510,1,0,L^A0N,160^FD{route}^FS
^FO24,264^FB510,1,0,L^A0N,60^FD{city}^FS
^FO24,326^FB510,1,0,L^A0N,34^FD{service}^FS
^FO546,100^FB240,1,0,R^BY8^BQN^FD{sorting}^FS
^FO24,372^GB752,4,4^FS
^FO0,388^FB800,1,0,C^BY4^BCN,140^FD{carrier_number}^FS
^FO24,534^FB752,1,0,C^A0N,54^FD{carrier_number}^FS
^XZ
