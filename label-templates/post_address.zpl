+++
name = "post_address"
title = { ru = "Адресный ярлык Почты России", en = "Почта России address label" }
media = { width_mm = 100, height_mm = 150 }
dots_per_mm = 8

[[field]]
name = "number"
kind = "postal"
required = true
fit = "refuse"
max_characters = 14
example = "80093053624992"

[[field]]
name = "kind"
kind = "text"
required = true
fit = "shrink"
min = 32
max_characters = 60
example = "Посылка онлайн"

[[field]]
name = "category"
kind = "text"
fit = "shrink"
min = 26
max_characters = 80
example = "С объявленной ценностью и наложенным платежом"

[[field]]
name = "sender"
kind = "text"
required = true
fit = "shrink"
min = 24
max_characters = 100
example = "ООО «Чай и чашка»"

[[field]]
name = "sender_address"
kind = "text"
required = true
fit = "wrap"
min = 24
max_characters = 200
example = "г. Тверь, Октябрьский пр-т, д. 75, стр. 2"

[[field]]
name = "sender_index"
kind = "text"
required = true
fit = "shrink"
min = 40
max_characters = 6
example = "170007"

[[field]]
name = "recipient"
kind = "text"
required = true
fit = "shrink"
min = 28
max_characters = 120
example = "Константинопольская Анастасия"

[[field]]
name = "phone"
kind = "text"
fit = "shrink"
min = 26
max_characters = 20
example = "+7 904 555-12-34"

[[field]]
name = "address"
kind = "text"
required = true
fit = "wrap"
min = 26
max_characters = 240
example = "Хабаровский край, г. Комсомольск-на-Амуре, ул. Вокзальная, д. 41, корп. 2, кв. 116"

[[field]]
name = "index"
kind = "text"
required = true
fit = "shrink"
min = 60
max_characters = 6
example = "681013"

[[field]]
name = "declared_value"
kind = "text"
fit = "shrink"
min = 28
max_characters = 24
example = "1 490,00 ₽"

[[field]]
name = "cod_amount"
kind = "text"
fit = "shrink"
min = 28
max_characters = 24
example = "1 490,00 ₽"

[[field]]
name = "weight"
kind = "text"
required = true
fit = "shrink"
min = 28
max_characters = 16
example = "1,250 кг"

[[field]]
name = "payment"
kind = "text"
fit = "shrink"
min = 24
max_characters = 80
example = "Плата за пересылку по договору № 4-17/2026"
+++
^XA
^FO24,16^FB520,1,0,L^A0N,60^FD{kind}^FS
^FO556,22^FB220,1,0,R^A0N,52^FD{weight}^FS
^FO24,80^FB752,1,0,L^A0N,36^FD{category}^FS
^FO24,122^GB752,4,4^FS
^FO0,140^FB800,1,0,C^BY4^B2N,170^FD{number}^FS
^FO24,318^FB752,1,0,C^A0N,56^FD{number}^FS
^FO24,382^GB752,4,4^FS
^FO24,392^FB200,1,0,L^A0N,26^FDОт кого^FS
^FO24,418^FB752,1,0,L^A0N,40^FD{sender}^FS
^FO24,462^FB200,1,0,L^A0N,26^FDОткуда^FS
^FO24,488^FB560,2,0,L^A0N,34^FD{sender_address}^FS
^FO600,490^FB176,1,0,R^A0N,52^FD{sender_index}^FS
^FO24,562^GB752,4,4^FS
^FO24,574^FB200,1,0,L^A0N,26^FDКому^FS
^FO24,600^FB752,1,0,L^A0N,54^FD{recipient}^FS
^FO24,658^FB752,1,0,L^A0N,38^FD{phone}^FS
^FO24,702^FB200,1,0,L^A0N,26^FDКуда^FS
^FO24,728^FB752,3,0,L^A0N,42^FD{address}^FS
^FO24,862^FB200,1,0,L^A0N,26^FDИндекс^FS
^FO24,886^FB400,1,0,L^A0N,100^FD{index}^FS
^FO24,996^GB368,106,4^FD{declared_value}^FS
^FO36,1004^FB344,1,0,L^A0N,28^FDОбъявленная ценность^FS
^FO36,1034^FB344,1,0,L^A0N,56^FD{declared_value}^FS
^FO408,996^GB368,106,4^FD{cod_amount}^FS
^FO420,1004^FB344,1,0,L^A0N,28^FDНаложенный платёж^FS
^FO420,1034^FB344,1,0,L^A0N,56^FD{cod_amount}^FS
^FO24,1122^FB752,1,0,L^A0N,34^FD{payment}^FS
^XZ
