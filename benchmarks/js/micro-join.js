'use strict'

// Joins the results of JMH (JSON file) with those of micro.js (JSON file). Called by benchmarks/run.
//   node micro-join.js JMH_JSON NODE_JSON

const { finish } = require('./lib')
const fs = require('fs')

const [jmh, node] = process.argv.slice(2).map((file) => JSON.parse(fs.readFileSync(file)))
const results = Object.fromEntries(jmh.map(({ benchmark, params = {}, primaryMetric }) => {
  const name = [benchmark.split('.').pop(), ...Object.values(params)].join(' ')
  return [name, { java: primaryMetric.score, javaScript: node[name] }]
}))
finish('micro', {}, results)
