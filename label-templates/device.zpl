+++
name = "device"
title = { ru = "Устройство", en = "Device" }
media = { width_mm = 58, height_mm = 40 }
dots_per_mm = 8

[[field]]
name = "code"
kind = "code128"
required = true
fit = "shrink"
max_characters = 32
example = "DV-S0017-0"

[[field]]
name = "name"
kind = "text"
required = true
fit = "wrap"
min = 18
max_characters = 60
example = "Сканер 17, зона приёмки"

[[field]]
name = "setup"
kind = "datamatrix"
fit = "shrink"
max_characters = 160
example = "https://ambar.example/setup#DV-S0017-7H2K"
+++
^XA
^FO16,14^FB280,3,0,L^A0N,44^FD{name}^FS
^FO304,10^FB148,1,0,R^BY4^BXN^FD{setup}^FS
^FO8,166^FB448,1,0,C^BY3^BCN,104^FD{code}^FS
^FO16,276^FB432,1,0,C^A0N,32^FD{code}^FS
^XZ
