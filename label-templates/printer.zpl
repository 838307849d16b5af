+++
name = "printer"
title = { ru = "Принтер", en = "Printer" }
media = { width_mm = 58, height_mm = 40 }
dots_per_mm = 8

[[field]]
name = "code"
kind = "code128"
required = true
fit = "shrink"
max_characters = 32
example = "PN-P0003-3"

[[field]]
name = "name"
kind = "text"
required = true
fit = "wrap"
min = 20
max_characters = 60
example = "Принтер 3, упаковка"

[[field]]
name = "media"
kind = "text"
fit = "shrink"
min = 20
max_characters = 24
example = "100×150"
+++
^XA
^FO16,12^FB432,2,0,C^A0N,50^FD{name}^FS
^FO8,118^FB448,1,0,C^BY3^BCN,116^FD{code}^FS
^FO16,238^FB432,1,0,C^A0N,34^FD{code}^FS
^FO16,274^FB432,1,0,C^A0N,34^FDНоситель {media}^FS
^XZ
