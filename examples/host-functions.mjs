// Code that a model wrote calls functions of this program: one script in the place of many tool calls.
// Run it with `node`, where the packed package is installed; see docs/embedding.md.
import process from 'node:process';
import { createSandbox, functionStubs } from 'vivarium/node';

const orders = Array.from({ length: 40 }, (_none, index) => ({
  id: index + 1,
  customer: ['Ada', 'Bo', 'Cy'][index % 3],
  total: (index * 37) % 100,
  paid: index % 4 !== 0,
}));
const reminded = [];

const functions = {
  'orders.find': {
    description: 'Orders of a customer, or of all.',
    input: { type: 'object', properties: { customer: { type: 'string' } } },
    output: {
      type: 'array',
      items: {
        type: 'object',
        title: 'Order',
        properties: {
          id: { type: 'integer' },
          customer: { type: 'string' },
          total: { type: 'number' },
          paid: { type: 'boolean' },
        },
        required: ['id', 'customer', 'total', 'paid'],
      },
    },
    handler: ({ customer }) =>
      orders.filter((order) => customer === undefined || order.customer === customer),
  },
  remind: {
    description: 'Sends a reminder of an order that is not paid.',
    input: {
      type: 'object',
      properties: { order: { type: 'integer', minimum: 1 } },
      required: ['order'],
    },
    // Somebody is asked each time.
    confirm: 'ask',
    handler: ({ order }) => {
      const found = orders.find(({ id }) => id === order);
      if (found === undefined) throw new Error(`there is no order ${order}`);
      reminded.push(order);
      return { reminded: found.customer };
    },
  },
};

// What the model is told of them.
process.stdout.write(functionStubs(functions).text);

// What the model wrote.
const code = `
from collections import Counter
import host
from host import orders, remind

open_orders = [order for order in orders.find() if not order["paid"]]
owed = Counter()
for order in open_orders:
    owed[order["customer"]] += order["total"]
results = []
for order in sorted(open_orders, key=lambda order: -order["total"])[:3]:
    try:
        results.append(remind(order["id"])["reminded"])
    except host.CallDeniedError as error:
        results.append(str(error))
{"owed": dict(owed), "results": results}
`;

const sandbox = createSandbox({
  functions,
  // An app would show the call to somebody, who says yes or no.
  confirm: ({ arguments: { order } }) => order !== 25 || { deny: 'ask the customer by telephone' },
  lockdown: 'optional',
});
const { calls, error, value } = await sandbox.run(code);
await sandbox.dispose();

process.stdout.write(`\n${JSON.stringify({ value: value?.json ?? error, reminded }, null, 2)}\n`);
for (const { name, outcome } of calls) process.stdout.write(`${name}: ${outcome}\n`);
