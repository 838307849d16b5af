problem-label_invalid = The label cannot be printed: { $why }.
problem-template_unknown = There is no label template “{ $template }”. See /v1/label-templates.
problem-printer_unknown = There is no printer { $printer }. See /v1/printers.
problem-printer_name_taken = There is a printer named “{ $name }” already.
problem-print_job_unknown = There is no print job { $job }.
problem-reprint_reason_missing = Say why it is printed again.
