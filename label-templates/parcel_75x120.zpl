+++
name = "parcel_75x120"
title = { ru = "Отправление, 75×120", en = "Parcel, 75×120" }
media = { width_mm = 75, height_mm = 120 }
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
min = 24
max_characters = 40
example = "WEB-48213"

[[field]]
name = "carrier"
kind = "text"
required = true
fit = "shrink"
min = 32
max_characters = 40
example = "СДЭК"

[[field]]
name = "pickup_point"
kind = "text"
fit = "wrap"
min = 24
max_characters = 160
example = "TVR12, г. Тверь, Тверской пр-т, 18"

[[field]]
name = "recipient"
kind = "text"
required = true
fit = "shrink"
min = 24
max_characters = 120
example = "Константинопольская Анастасия"

[[field]]
name = "city"
kind = "text"
required = true
fit = "shrink"
min = 28
max_characters = 80
example = "Тверь"

[[field]]
name = "address"
kind = "text"
fit = "wrap"
min = 22
max_characters = 240
example = "170100, Тверская обл., г. Тверь, ул. Трёхсвятская, д. 6, кв. 41"

[[field]]
name = "weight"
kind = "text"
required = true
fit = "shrink"
min = 24
max_characters = 16
example = "1,250 кг"

[[field]]
name = "cod_amount"
kind = "text"
fit = "shrink"
min = 28
max_characters = 24
example = "1 490,00 ₽"

[[field]]
name = "owner"
kind = "text"
required = true
fit = "shrink"
min = 20
max_characters = 100
example = "ООО «Чай и чашка»"

[[field]]
name = "place"
kind = "text"
required = true
fit = "shrink"
min = 24
max_characters = 10
example = "1 из 2"
+++
^XA
^FO20,12^FB340,1,0,L^A0N,68^FD{carrier}^FS
^FO372,20^FB208,1,0,R^A0N,44^FDМесто {place}^FS
^FO20,84^GB560,3,3^FS
^FO0,98^FB600,1,0,C^BY3^BCN,180^FD{number}^FS
^FO20,284^FB560,1,0,C^A0N,44^FD{number}^FS
^FO20,334^GB560,3,3^FS
^FO20,344^FB560,1,0,L^A0N,24^FDПолучатель^FS
^FO20,368^FB560,1,0,L^A0N,46^FD{recipient}^FS
^FO20,416^FB560,1,0,L^A0N,64^FD{city}^FS
^FO20,484^FB560,3,0,L^A0N,36^FD{address}^FS
^FO20,600^GB560,3,3^FS
^FO20,612^FB560,2,0,L^A0N,46^FDПункт выдачи {pickup_point}^FS
^FO20,710^GB560,3,3^FS
^FO20,722^FB370,1,0,L^A0N,44^FDЗаказ {order_number}^FS
^FO400,722^FB180,1,0,R^A0N,44^FD{weight}^FS
^FO20,776^GB560,92,4^FD{cod_amount}^FS
^FO36,790^FB528,1,0,C^A0N,64^FDНаложенный платёж {cod_amount}^FS
^FO20,882^FB560,1,0,L^A0N,24^FDОтправитель^FS
^FO20,906^FB560,1,0,L^A0N,38^FD{owner}^FS
^XZ
