/* Draws each chart of a page from its data; the table beside it says the same in words.
   Colours are the page's own; patterns tell marks apart without them. */
(() => {
  "use strict";
  const NARROW = 560;
  const token = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const look = () => ({
    ink: token("--ink"),
    quiet: token("--ink-3"),
    line: token("--line"),
    surface: token("--surface"),
    raised: token("--raised"),
    good: token("--jade"),
    bad: token("--red-mark"),
    soft: token("--sunken"),
    font: token("--font-sans"),
  });

  const base = (data, c) => ({
    animation: false,
    aria: { enabled: true, decal: { show: true } },
    textStyle: { fontFamily: c.font, color: c.ink },
    grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
    tooltip: {
      renderMode: "richText",
      trigger: "axis",
      axisPointer: { type: "shadow" },
      backgroundColor: c.raised,
      borderColor: c.line,
      textStyle: { color: c.ink, fontSize: 13 },
      formatter: (found) => {
        const one = Array.isArray(found) ? found[0] : found;
        const place = one.data?.place ?? one.dataIndex;
        const said = data.series.map((it) => `${it.name}: ${it.texts[place]}`);
        return [data.names[place], ...said].join("\n");
      },
    },
  });

  const legend = (data, c) => ({
    top: 0,
    left: 0,
    itemHeight: 10,
    textStyle: { color: c.ink, fontSize: 13 },
    data: data.series.map((it) => it.name),
  });

  const axis = (c, more) => ({
    axisLine: { lineStyle: { color: c.line } },
    axisTick: { show: false },
    axisLabel: { color: c.quiet, fontSize: 12 },
    splitLine: { lineStyle: { color: c.line } },
    ...more,
  });

  const colour = (it, c, number) =>
    it.bad ? c.bad : number ? c.quiet : c.good;

  const series = (data, c, flat) =>
    data.series.map((it, number) => ({
      name: it.name,
      type: it.drawn === "line" ? "line" : "bar",
      data: it.values.map((value, place) => ({ value, place })),
      [flat ? "xAxisIndex" : "yAxisIndex"]: it.kind === "percent" ? 1 : 0,
      barMaxWidth: 26,
      symbol: "circle",
      symbolSize: 7,
      connectNulls: false,
      // Between things of different kinds no line leads: only the points say something.
      lineStyle: { width: flat ? 0 : 2, color: c.ink },
      itemStyle: { color: it.drawn === "line" ? c.ink : colour(it, c, number) },
    }));

  const value = (data, c) => {
    const percent = data.series.some((it) => it.kind === "percent");
    return [
      axis(c, { type: "value", minInterval: 1 }),
      axis(c, {
        type: "value",
        min: 0,
        max: 100,
        show: percent,
        splitLine: { show: false },
        axisLabel: { color: c.quiet, fontSize: 12, formatter: "{value} %" },
      }),
    ];
  };

  const drawings = {
    trend: (data, c) => ({
      ...base(data, c),
      legend: legend(data, c),
      xAxis: axis(c, { type: "category", data: data.names }),
      yAxis: value(data, c),
      series: series(data, c, false),
    }),
    bars: (data, c) => ({
      ...base(data, c),
      legend: legend(data, c),
      xAxis: value(data, c),
      yAxis: axis(c, {
        type: "category",
        inverse: true,
        data: data.names,
        axisLabel: { color: c.ink, fontSize: 12, width: 130, overflow: "truncate" },
      }),
      series: series(data, c, true),
    }),
    heat: (data, c) => {
      const [columns, rows] = data.axes;
      const one = data.series[0];
      return {
        ...base(data, c),
        aria: { enabled: true },
        tooltip: { ...base(data, c).tooltip, trigger: "item" },
        grid: { left: 8, right: 8, top: 8, bottom: 44, containLabel: true },
        xAxis: axis(c, { type: "category", data: columns }),
        yAxis: axis(c, { type: "category", data: rows, inverse: true }),
        visualMap: {
          min: 0,
          max: Math.max(1, ...one.values),
          orient: "horizontal",
          left: "center",
          bottom: 0,
          itemHeight: 120,
          itemWidth: 12,
          text: [String(Math.max(1, ...one.values)), "0"],
          textStyle: { color: c.quiet },
          inRange: { color: [c.soft, one.bad ? c.bad : c.good] },
        },
        series: [
          {
            type: "heatmap",
            data: data.places.map((at, place) => ({
              value: [at[0], at[1], one.values[place]],
              place,
              label: { show: one.values[place] > 0 },
            })),
            label: { fontSize: 11, color: c.ink, textBorderColor: c.surface, textBorderWidth: 2 },
            itemStyle: { borderColor: c.surface, borderWidth: 2 },
          },
        ],
      };
    },
  };
  drawings.pareto = drawings.trend;
  drawings.funnel = drawings.bars;

  const charts = new Map();

  const draw = (figure) => {
    const data = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
    let chart = charts.get(figure);
    if (!chart) {
      chart = echarts.init(figure, null, { renderer: "canvas" });
      charts.set(figure, chart);
      chart.on("click", (found) => {
        const place = found.data?.place ?? found.dataIndex;
        const href = data.series[found.seriesIndex]?.hrefs[place] || data.hrefs[place];
        if (href) location.assign(href);
      });
    }
    const option = drawings[data.look](data, look());
    if (figure.clientWidth < NARROW && data.look === "heat") {
      option.series[0].label = { show: false };
      option.series[0].data.forEach((it) => delete it.label);
    }
    chart.setOption(option, true);
  };

  const figures = document.querySelectorAll("[data-chart]");
  figures.forEach((figure) => {
    draw(figure);
    new ResizeObserver(() => charts.get(figure).resize()).observe(figure);
  });
  new MutationObserver(() => figures.forEach(draw)).observe(document.documentElement, {
    attributeFilter: ["data-bs-theme"],
  });
})();
