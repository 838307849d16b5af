+++
name = "return"
title = { ru = "Возврат", en = "Return" }
media = { width_mm = 100, height_mm = 75 }
dots_per_mm = 8

[[field]]
name = "number"
kind = "code128"
required = true
fit = "shrink"
max_characters = 40
example = "PR-0000123456-5"

[[field]]
name = "order_number"
kind = "text"
required = true
fit = "shrink"
min = 28
max_characters = 40
example = "WEB-48213"

[[field]]
name = "owner"
kind = "text"
required = true
fit = "shrink"
min = 28
max_characters = 100
example = "ООО «Чай и чашка»"

[[field]]
name = "reason"
kind = "text"
fit = "wrap"
min = 24
max_characters = 120
example = "Отказ при получении: не подошёл цвет"

[[field]]
name = "received_on"
kind = "text"
fit = "shrink"
min = 28
max_characters = 10
example = "22.11.2026"

[[field]]
name = "decision"
kind = "text"
fit = "shrink"
min = 36
max_characters = 40
example = "На осмотр"
+++
^XA
^FO24,14^FB440,1,0,L^A0N,76^FDВОЗВРАТ^FS
^FO476,24^FB300,1,0,R^A0N,56^FD{received_on}^FS
^FO24,94^GB752,4,4^FS
^FO24,106^FB430,1,0,L^A0N,48^FDЗаказ {order_number}^FS
^FO466,106^FB310,1,0,R^A0N,44^FD{owner}^FS
^FO24,160^FB752,2,0,L^A0N,40^FD{reason}^FS
^FO24,246^GB752,100,5^FD{decision}^FS
^FO44,256^FB712,1,0,C^A0N,80^FD{decision}^FS
^FO0,362^FB800,1,0,C^BY4^BCN,160^FD{number}^FS
^FO24,530^FB752,1,0,C^A0N,52^FD{number}^FS
^XZ
