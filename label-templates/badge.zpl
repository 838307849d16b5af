+++
name = "badge"
title = { ru = "Бейдж", en = "Badge" }
media = { width_mm = 86, height_mm = 54 }
dots_per_mm = 8

[[field]]
name = "code"
kind = "code128"
required = true
fit = "shrink"
max_characters = 32
example = "BD-0042-7"

[[field]]
name = "name"
kind = "text"
required = true
fit = "wrap"
min = 32
max_characters = 80
example = "Ковалёва Мария"

[[field]]
name = "role"
kind = "text"
fit = "shrink"
min = 24
max_characters = 60
example = "Комплектовщица"

[[field]]
name = "company"
kind = "text"
fit = "shrink"
min = 20
max_characters = 80
example = "Фулфилмент «Амбар», Тверь"
+++
^XA
^FO24,16^FB640,1,0,L^A0N,32^FD{company}^FS
^FO24,52^GB640,3,3^FS
^FO24,64^FB640,2,0,L^A0N,64^FD{name}^FS
^FO24,196^FB640,1,0,L^A0N,40^FD{role}^FS
^FO24,246^FB640,1,0,C^BY4^BCN,130^FD{code}^FS
^FO24,384^FB640,1,0,C^A0N,34^FD{code}^FS
^XZ
