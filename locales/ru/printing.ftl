problem-label_invalid = Этикетку не напечатать: { $why }.
problem-template_unknown = Шаблона этикетки «{ $template }» нет. Список: /v1/label-templates.
problem-printer_unknown = Принтера { $printer } нет. Список: /v1/printers.
problem-printer_name_taken = Принтер с именем «{ $name }» уже есть.
problem-print_job_unknown = Задания на печать { $job } нет.
problem-reprint_reason_missing = Укажите причину перепечати.
