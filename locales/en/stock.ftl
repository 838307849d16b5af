problem-stock_insufficient = There are not { $wanted } free pieces here: fewer are left or they are reserved.
problem-stock_promised = This stock is promised to orders. Release the reservation first.
problem-pick_task_mismatch = The pick task has changed. Scan again.
problem-stock_across_warehouses = The places are in different warehouses. Make a transfer between warehouses.
