'use strict'

// Puts the results of JMH (JSON file) beside those of micro.js (JSON file), as a table. Called by benchmarks/run.

const fs = require('fs')

const [jmhFile, nodeFile] = process.argv.slice(2)
const node = JSON.parse(fs.readFileSync(nodeFile))
const rate = (perSecond) => perSecond === undefined ? '–' : Math.round(perSecond).toLocaleString('en-US')

console.log('| operation | Java, per second | JavaScript stack, per second |')
console.log('|---|---|---|')
for (const { benchmark, primaryMetric } of JSON.parse(fs.readFileSync(jmhFile))) {
  const name = benchmark.split('.').pop()
  console.log(`| ${name} | ${rate(primaryMetric.score)} | ${rate(node[name])} |`)
}
