+++
name = "parcel"
title = { ru = "Отправление", en = "Parcel" }
media = { width_mm = 100, height_mm = 150 }
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
name = "carrier"
kind = "text"
required = true
fit = "shrink"
min = 36
max_characters = 40
example = "СДЭК"

[[field]]
name = "pickup_point"
kind = "text"
fit = "wrap"
min = 28
max_characters = 160
example = "TVR12, г. Тверь, Тверской пр-т, 18"

[[field]]
name = "recipient"
kind = "text"
required = true
fit = "shrink"
min = 28
max_characters = 120
example = "Константинопольская Анастасия"

[[field]]
name = "city"
kind = "text"
required = true
fit = "shrink"
min = 32
max_characters = 80
example = "Тверь"

[[field]]
name = "address"
kind = "text"
fit = "wrap"
min = 26
max_characters = 240
example = "170100, Тверская обл., г. Тверь, ул. Трёхсвятская, д. 6, кв. 41"

[[field]]
name = "weight"
kind = "text"
required = true
fit = "shrink"
min = 28
max_characters = 16
example = "1,250 кг"

[[field]]
name = "cod_amount"
kind = "text"
fit = "shrink"
min = 32
max_characters = 24
example = "1 490,00 ₽"

[[field]]
name = "owner"
kind = "text"
required = true
fit = "shrink"
min = 24
max_characters = 100
example = "ООО «Чай и чашка»"

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
^FO24,16^FB460,1,0,L^A0N,84^FD{carrier}^FS
^FO496,28^FB280,1,0,R^A0N,52^FDМесто {place}^FS
^FO24,108^GB752,4,4^FS
^FO24,128^FB752,1,0,C^BY4^BCN,220^FD{number}^FS
^FO24,354^FB752,1,0,C^A0N,52^FD{number}^FS
^FO24,414^GB752,4,4^FS
^FO24,426^FB752,1,0,L^A0N,28^FDПолучатель^FS
^FO24,454^FB752,1,0,L^A0N,56^FD{recipient}^FS
^FO24,514^FB752,1,0,L^A0N,80^FD{city}^FS
^FO24,600^FB752,3,0,L^A0N,42^FD{address}^FS
^FO24,734^GB752,4,4^FS
^FO24,750^FB752,2,0,L^A0N,60^FDПункт выдачи {pickup_point}^FS
^FO24,884^GB752,4,4^FS
^FO24,898^FB500,1,0,L^A0N,56^FDЗаказ {order_number}^FS
^FO536,898^FB240,1,0,R^A0N,56^FD{weight}^FS
^FO24,968^GB752,120,6^FD{cod_amount}^FS
^FO44,984^FB712,1,0,C^A0N,88^FDНаложенный платёж {cod_amount}^FS
^FO24,1108^FB752,1,0,L^A0N,28^FDОтправитель^FS
^FO24,1136^FB752,1,0,L^A0N,44^FD{owner}^FS
^XZ
