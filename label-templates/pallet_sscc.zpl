+++
name = "pallet_sscc"
title = { ru = "Логистическая этикетка GS1", en = "GS1 logistic label" }
media = { width_mm = 100, height_mm = 150 }
dots_per_mm = 8

[[field]]
name = "sscc"
kind = "sscc"
required = true
fit = "refuse"
max_characters = 18
example = "346006820000000014"

[[field]]
name = "contents"
kind = "gs1_128"
fit = "refuse"
max_characters = 22
example = "020460123456789337480"

[[field]]
name = "owner"
kind = "text"
required = true
fit = "shrink"
min = 28
max_characters = 100
example = "ООО «Чай и чашка»"

[[field]]
name = "name"
kind = "text"
fit = "wrap"
min = 28
max_characters = 160
example = "Кружка керамическая с двойными стенками, 350 мл, белая"

[[field]]
name = "gtin"
kind = "text"
fit = "shrink"
min = 28
max_characters = 14
example = "04601234567893"

[[field]]
name = "count"
kind = "text"
fit = "shrink"
min = 28
max_characters = 12
example = "480"

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
name = "weight"
kind = "text"
fit = "shrink"
min = 28
max_characters = 16
example = "312,5 кг"

[[field]]
name = "place"
kind = "text"
fit = "shrink"
min = 28
max_characters = 24
example = "P-0000567"
+++
^XA
^FX who and what: text for people ^FS
^FO24,20^FB520,1,0,L^A0N,52^FD{owner}^FS
^FO552,20^FB224,1,0,R^A0N,52^FD{place}^FS
^FO24,80^FB752,2,0,L^A0N,44^FD{name}^FS
^FO24,176^GB752,4,4^FS
^FX the data of the bars in words ^FS
^FO24,190^FB240,1,0,L^A0N,26^FDSSCC^FS
^FO24,216^FB752,1,0,L^A0N,60^FD{sscc}^FS
^FO24,286^FB240,1,0,L^A0N,26^FDGTIN вложения^FS
^FO24,312^FB480,1,0,L^A0N,52^FD{gtin}^FS
^FO580,286^FB196,1,0,L^A0N,26^FDКоличество^FS
^FO580,312^FB196,1,0,L^A0N,52^FD{count}^FS
^FO24,374^FB240,1,0,L^A0N,26^FDПартия^FS
^FO24,400^FB300,1,0,L^A0N,52^FD{lot}^FS
^FO340,374^FB160,1,0,L^A0N,26^FDГоден до^FS
^FO340,400^FB220,1,0,L^A0N,52^FD{expires_on}^FS
^FO580,374^FB196,1,0,L^A0N,26^FDВес брутто^FS
^FO580,400^FB196,1,0,L^A0N,52^FD{weight}^FS
^FO24,464^GB752,4,4^FS
^FX bars: 32 mm high, module 0.5 mm; the SSCC stands lowest ^FS
^FO0,490^FB800,1,0,C^BY4^BCN,256^FD{contents}^FS
^FO24,752^FB752,1,0,C^A0N,40^FD{contents}^FS
^FO0,826^FB800,1,0,C^BY4^BCN,300^FD{sscc}^FS
^FO24,1134^FB752,1,0,C^A0N,46^FD{sscc}^FS
^XZ
