problem-stock_insufficient = Здесь нет { $wanted } свободных штук: остаток меньше или он в резерве.
problem-stock_promised = Этот остаток обещан заказам. Сначала снимите резерв.
problem-pick_task_mismatch = Задание на отбор уже изменилось. Сканируйте ещё раз.
problem-stock_across_warehouses = Места на разных складах. Оформите перемещение между складами.
