+++
name = "pallet"
title = { ru = "Паллета", en = "Pallet" }
media = { width_mm = 100, height_mm = 150 }
dots_per_mm = 8

[[field]]
name = "code"
kind = "code128"
required = true
fit = "shrink"
max_characters = 32
example = "HU-P0000567-C"

[[field]]
name = "name"
kind = "text"
required = true
fit = "shrink"
min = 60
max_characters = 24
example = "P-0000567"

[[field]]
name = "owner"
kind = "text"
fit = "wrap"
min = 32
max_characters = 100
example = "ООО «Чай и чашка»"

[[field]]
name = "content"
kind = "text"
fit = "wrap"
min = 28
max_characters = 200
example = "Кружка керамическая с двойными стенками, 350 мл, белая"

[[field]]
name = "lot"
kind = "text"
fit = "shrink"
min = 28
max_characters = 20
example = "L-2611"

[[field]]
name = "expires_on"
kind = "text"
fit = "shrink"
min = 28
max_characters = 10
example = "31.12.2027"

[[field]]
name = "pieces"
kind = "text"
fit = "shrink"
min = 40
max_characters = 12
example = "480"

[[field]]
name = "weight"
kind = "text"
fit = "shrink"
min = 32
max_characters = 16
example = "312,5 кг"

[[field]]
name = "received_on"
kind = "text"
fit = "shrink"
min = 28
max_characters = 10
example = "22.11.2026"
+++
^XA
^FO24,20^FB752,1,0,C^A0N,170^FD{name}^FS
^FO24,196^GB752,4,4^FS
^FO24,220^FB752,1,0,C^BY4^BCN,300^FD{code}^FS
^FO24,530^FB752,1,0,C^A0N,48^FD{code}^FS
^FO24,590^GB752,4,4^FS
^FO24,606^FB752,2,0,L^A0N,52^FD{owner}^FS
^FO24,722^FB752,3,0,L^A0N,48^FD{content}^FS
^FO24,882^FB370,1,0,L^A0N,44^FDПартия {lot}^FS
^FO406,882^FB370,1,0,R^A0N,44^FDГоден до {expires_on}^FS
^FO24,940^GB752,4,4^FS
^FO24,960^FB480,1,0,L^A0N,120^FD{pieces} шт.^FS
^FO516,976^FB260,1,0,R^A0N,60^FD{weight}^FS
^FO24,1110^FB752,1,0,L^A0N,44^FDПринято {received_on}^FS
^XZ
