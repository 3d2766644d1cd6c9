// Draws what is in data-chart, and again when it or the theme changes. The same figures are in a table
// beside each chart.
(() => {
    const drawn = new WeakMap();
    const watcher = new MutationObserver((changes) => {
        const elements = new Set(changes.map((change) => change.target));
        elements.forEach((element) => draw(element));
    });
    const sizes = new ResizeObserver((entries) => {
        entries.forEach(({ target }) => drawn.get(target)?.resize());
    });
    const arrivals = new MutationObserver(() => drawAll());

    const color = (name) =>
        getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

    const usd = (value) => {
        if (value === 0) {
            return "$0";
        }
        const digits = value >= 100 ? 0 : value >= 1 ? 2 : value >= 0.01 ? 3 : 5;
        const text = value.toFixed(digits);
        return "$" + (digits > 2 ? text.replace(/0+$/, "").replace(/\.$/, "") : text);
    };

    const digits = (step) => {
        const count = step >= 1 ? 0 : Math.min(8, Math.ceil(-Math.log10(step || 1)) + 1);
        return { minimumFractionDigits: count, maximumFractionDigits: count };
    };

    function draw(element) {
        let chart = drawn.get(element);
        if (!chart) {
            chart = echarts.init(element, null, { renderer: "canvas" });
            drawn.set(element, chart);
            watcher.observe(element, { attributeFilter: ["data-chart"] });
            sizes.observe(element);
        }
        const data = JSON.parse(element.dataset.chart);
        chart.setOption(data.kind === "stacked" ? stacked(data) : run(data), {
            replaceMerge: ["series"],
        });
    }

    function common() {
        return {
            animationDuration: 250,
            animationDurationUpdate: 400,
            textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
            tooltip: {
                trigger: "axis",
                renderMode: "richText",
                confine: true,
                backgroundColor: color("surface"),
                borderColor: color("line-strong"),
                borderWidth: 1,
                padding: [8, 10],
                textStyle: { color: color("text"), fontSize: 12 },
            },
        };
    }

    const axis = () => ({
        axisLine: { lineStyle: { color: color("line-strong") } },
        axisTick: { show: false },
        axisLabel: { color: color("text-3"), fontSize: 11, hideOverlap: true },
    });

    // All labels of an axis have as many digits as its step needs.
    const moneyAxis = (highest) => ({
        type: "value",
        axisLabel: {
            color: color("text-3"),
            fontSize: 11,
            formatter: (value) =>
                value === 0 ? "$0" : "$" + value.toLocaleString("en", digits(highest / 5)),
        },
        splitLine: { lineStyle: { color: color("line") } },
        splitNumber: 4,
    });

    function stacked(data) {
        const palette = [1, 2, 3, 4, 5, 6].map((n) => color("chart-" + n));
        const rest = color("chart-7");
        return {
            ...common(),
            tooltip: { ...common().tooltip, axisPointer: { type: "shadow" }, formatter: (items) => bars(items, data.zone) },
            legend: {
                type: "scroll",
                top: 0,
                left: 0,
                icon: "roundRect",
                itemWidth: 10,
                itemHeight: 10,
                itemGap: 14,
                textStyle: { color: color("text-2"), fontSize: 12 },
                pageTextStyle: { color: color("text-3") },
                pageIconColor: color("text-2"),
                pageIconInactiveColor: color("line-strong"),
            },
            grid: { left: 4, right: 4, top: 38, bottom: 2, containLabel: true },
            xAxis: { type: "category", data: data.labels, ...axis() },
            yAxis: moneyAxis(Math.max(0, ...sums(data))),
            series: data.series.map((series, index) => ({
                id: series.name,
                name: series.name,
                type: "bar",
                stack: "spend",
                barCategoryGap: "24%",
                barMaxWidth: 34,
                data: series.values,
                itemStyle: {
                    color: series.name === "other" ? rest : palette[index % palette.length],
                },
                emphasis: { focus: "series" },
            })),
        };
    }

    const sums = (data) =>
        data.labels.map((_, at) =>
            data.series.reduce((sum, series) => sum + series.values[at], 0),
        );

    function bars(items, zone) {
        const shown = items.filter((item) => item.value > 0).reverse();
        const total = shown.reduce((sum, item) => sum + item.value, 0);
        const lines = shown.map((item) => `${item.marker}${item.seriesName}  ${usd(item.value)}`);
        return [`${items[0].axisValue} ${zone}   ${usd(total)}`, ...lines].join("\n");
    }

    function run(data) {
        const bad = color("red");
        const points = [...data.spent, ...data.denied];
        const spent = Math.max(0, ...points.map((point) => point[1]));
        const near = data.limit !== undefined && spent >= data.limit / 5;
        const limit = near ? [{ yAxis: data.limit, name: data.limitName }] : [];
        const highest = near ? Math.max(data.limit, spent) : spent;
        const times = points.map((point) => point[0]);
        const from = Math.min(...times);
        const to = Math.max(...times);
        const margin = Math.max(1000, (to - from) / 40);
        const base = common();
        return {
            ...base,
            tooltip: {
                ...base.tooltip,
                formatter: (items) =>
                    [
                        clock(items[0].value[0], data.zone) + " " + data.zone,
                        ...items.filter((item) => item.seriesId !== "room").map((item) => `${item.marker}${item.seriesName}  ${usd(item.value[1])}`),
                    ].join("\n"),
            },
            grid: { left: 4, right: 12, top: 26, bottom: 2, containLabel: true },
            xAxis: {
                type: "time",
                min: from - margin,
                max: to + margin,
                ...axis(),
                axisLabel: { ...axis().axisLabel, formatter: (time) => clock(time, data.zone) },
                splitNumber: 5,
            },
            yAxis: moneyAxis(highest),
            series: [
                {
                    id: "spent",
                    name: "Spent",
                    type: "line",
                    step: "end",
                    symbol: data.spent.length > 60 ? "none" : "circle",
                    symbolSize: 5,
                    data: data.spent,
                    lineStyle: { color: color("fill"), width: 2 },
                    itemStyle: { color: color("fill") },
                    areaStyle: { color: color("fill"), opacity: 0.12 },
                    z: 3,
                    markLine: {
                        silent: true,
                        symbol: "none",
                        data: limit,
                        lineStyle: { color: bad, type: "dashed", width: 1.5 },
                        label: {
                            formatter: "{b}",
                            position: "insideStartTop",
                            color: bad,
                            fontSize: 11,
                        },
                    },
                },
                {
                    // Seen by nobody: makes room for the line of the limit.
                    id: "room",
                    type: "line",
                    symbol: "none",
                    silent: true,
                    tooltip: { show: false },
                    lineStyle: { width: 0 },
                    data: near ? [[from, data.limit]] : [],
                },
                {
                    id: "refused",
                    name: "Refused",
                    type: "scatter",
                    symbol: "path://M2 0L5 3L8 0L10 2L7 5L10 8L8 10L5 7L2 10L0 8L3 5L0 2Z",
                    symbolSize: 8,
                    data: data.denied,
                    itemStyle: { color: bad },
                },
            ],
        };
    }

    const clock = (time, zone) => {
        const text = new Intl.DateTimeFormat("en-GB", {
            timeZone: zone,
            hour: "2-digit",
            minute: "2-digit",
            second: "2-digit",
            hourCycle: "h23",
        }).format(time);
        return text.endsWith(":00") ? text.slice(0, 5) : text;
    };

    function drawAll() {
        for (const element of document.querySelectorAll("[data-chart]")) {
            if (!drawn.has(element)) {
                draw(element);
            }
        }
    }

    document.addEventListener("bursar:theme", () => {
        document.querySelectorAll("[data-chart]").forEach((element) => draw(element));
    });
    document.addEventListener("DOMContentLoaded", () => {
        drawAll();
        arrivals.observe(document.getElementById("content"), { childList: true, subtree: true });
    });
})();
