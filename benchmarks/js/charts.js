'use strict'

// Draws results/PART.svg from results/PART.json, with Vega-Lite. A bar is the median of the rounds, the thin line their minimum to maximum.

const { RESULTS, read, median } = require('./lib')
const fs = require('fs')
const path = require('path')

const COLOURS = {
  JavaScript: '#9aa5b1',
  Java: '#1f6fd6',
  'Java without native access': '#86b6f2',
  'Java, C1 only': '#86b6f2',
  'Java, C1 only, archive': '#0b3d91'
}
const COLOUR_SCALE = {} // shared by the panels of a chart, hence filled in when all of them are known
const BAR_HEIGHT = 13
const INK = '#24292f'

const nameOf = (label) => label.startsWith('JavaScript') ? 'JavaScript' : label
const digitsOf = (value) => value >= 100 ? 0 : value >= 10 ? 1 : 2
const text = (value) => value.toLocaleString('en-US', { maximumFractionDigits: digitsOf(value) })

// A bar of a group: the values of all rounds, `shown` as text beside it.
function bar (group, label, values, show = text) {
  const value = median(values)
  return { group, stack: nameOf(label), value, low: Math.min(...values), high: Math.max(...values), shown: show(value) }
}

// Bars in groups, one below the other. Groups and stacks keep the order in which they come.
function panel (title, values, { width = 300, labels = true, max } = {}) {
  const groups = [...new Set(values.map(({ group }) => group))]
  const stacks = [...new Set(values.map(({ stack }) => stack))]
  const end = max || 1.25 * Math.max(...values.map(({ high }) => high))
  const y = {
    field: 'group',
    type: 'nominal',
    sort: groups,
    title: null,
    axis: labels ? { labelLimit: 0, ticks: false, domain: false, labelPadding: 8 } : null,
    scale: { paddingInner: 0.25 }
  }
  const yOffset = { field: 'stack', sort: stacks, scale: { paddingInner: 0.05 } }
  const x = (field) => ({
    field,
    type: 'quantitative',
    title: null,
    scale: { domain: [0, end], nice: false },
    axis: { grid: true, tickCount: 4, domain: false, ticks: false }
  })
  return {
    title: { text: title, anchor: 'start', fontSize: 13, offset: 8 },
    width,
    height: { step: BAR_HEIGHT, for: 'offset' },
    data: { values },
    encoding: { y, yOffset },
    layer: [
      {
        mark: { type: 'bar', cornerRadiusEnd: 2 },
        encoding: {
          x: x('value'),
          color: {
            field: 'stack',
            type: 'nominal',
            scale: COLOUR_SCALE,
            legend: { title: null, orient: 'bottom', direction: 'horizontal', symbolType: 'square' }
          }
        }
      },
      { mark: { type: 'rule', strokeWidth: 1.2, color: INK, opacity: 0.75 }, encoding: { x: x('low'), x2: { field: 'high' } } },
      { mark: { type: 'text', align: 'left', dx: 6, fontSize: 11, color: INK }, encoding: { x: x('high'), text: { field: 'shown' } } }
    ]
  }
}

// One bar for each stack that has rounds of this kind.
const bars = (results, kind, group, value) => results.filter((result) => result[kind].length)
  .map((result) => bar(group, result.label, result[kind].map(value)))

const charts = {
  lines ({ results: { lines } }) {
    const cells = Object.entries(lines).flatMap(([name, { line: [delay, rate], cells }]) => Object.values(cells)
      .filter(({ rounds }) => rounds.length)
      .map(({ label, rounds }) => ({ group: `${name} (${rate} Mbit/s, ${2 * delay} ms)`, rate, label, rounds })))
    const throughput = ({ group, label, rate, rounds }) => {
      const perPercent = rate / 8 / 100
      return bar(group, label, rounds.map((r) => r.megabytesPerSecond / perPercent), (value) => text(value * perPercent))
    }
    const dropped = ({ group, label, rounds }) => bar(group, label, rounds.map((r) => 100 * r.dropped / (r.delivered + r.lost + r.dropped)))
    return [
      panel('Throughput, % of the line\'s rate (MB/s)', cells.map(throughput), { width: 250, max: 122 }),
      panel('Packets dropped by its queue, %', cells.map(dropped), { width: 170, labels: false })
    ]
  },

  loopback ({ results }) {
    const all = Object.values(results)
    const rates = [...bars(all, 'throughput', 'first 256 MB', (r) => r.first), ...bars(all, 'throughput', '2,000 MB', (r) => r.all)]
    return [
      panel('MB/s', rates, { width: 190 }),
      panel('Processor, ns a byte', bars(all, 'throughput', '', (r) => r.nanosPerByte), { width: 140, labels: false }),
      panel('Ping of 64 bytes, µs', bars(all, 'ping', '', (r) => r.median), { width: 140, labels: false })
    ]
  },

  queries ({ results, settings: { young } }) {
    const all = Object.values(results)
    const of = (role) => [...bars(all, role, `first ${young}`, (r) => r.young), ...bars(all, role, 'later', (r) => r.warm)]
    return [panel('Announces a second', of('announce'), { width: 260 }), panel('Lookups a second', of('lookup'), { width: 260 })]
  },

  crowd ({ results }) {
    const all = Object.values(results)
    return [
      panel('Processor, % of a core', bars(all, 'rounds', '', (r) => r.processorPercent), { width: 270, labels: false }),
      panel('Heap of an end, KiB', bars(all, 'rounds', '', (r) => r.heapBytesPerEnd / 1024), { width: 270, labels: false })
    ]
  },

  first ({ results, settings: { crowd } }) {
    const all = Object.entries(results).map(([label, result]) => ({ label, ...result }))
    const connects = [...bars(all, 'connects', 'median', (r) => r.median), ...bars(all, 'connects', '99 %', (r) => r.p99)]
    return [
      panel('Spawn to open connection, ms', bars(all, 'wall', '', (millis) => millis), { width: 200, labels: false }),
      panel('Connect, warm, ms', connects, { width: 160 }),
      panel(`${crowd} at once, a second`, bars(all, 'atOnce', '', (rate) => rate), { width: 160, labels: false })
    ]
  }
}

const CONFIG = {
  font: 'sans-serif',
  view: { stroke: null },
  axis: { labelColor: INK, labelFontSize: 11, gridColor: '#e6e8eb' },
  legend: { labelFontSize: 12, labelColor: INK, labelLimit: 0 }
}

async function main () {
  const [vega, vegaLite] = [await import('vega'), await import('vega-lite')]
  for (const [part, draw] of Object.entries(charts)) {
    const record = read(part)
    if (!record) continue
    const panels = draw(record)
    const stacks = [...new Set(panels.flatMap(({ data }) => data.values.map(({ stack }) => stack)))]
    Object.assign(COLOUR_SCALE, { domain: stacks, range: stacks.map((stack) => COLOURS[stack]) })
    const { spec } = vegaLite.compile({
      $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
      background: 'white',
      padding: 12,
      hconcat: panels,
      spacing: 28,
      resolve: { scale: { yOffset: 'independent' } },
      config: CONFIG
    })
    const view = new vega.View(vega.parse(spec), { renderer: 'none' })
    fs.writeFileSync(path.join(RESULTS, part + '.svg'), await view.toSVG() + '\n')
  }
}

main().catch((err) => {
  console.error(err)
  process.exitCode = 1
})
