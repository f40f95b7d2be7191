import { expect, it } from 'vitest';
import { z } from 'zod';
import { functionStubs, hostFunction } from '../../../src/main/library/functions.ts';
import { VivariumError } from '../../../src/main/library/errors.ts';

const handler = (): null => null;

const functions = {
  search: hostFunction({
    description: 'Finds documents.',
    input: z.object({
      query: z.string().describe('words to look for'),
      limit: z.int().max(50).default(10),
      kinds: z.array(z.enum(['note', 'mail'])).optional(),
    }),
    output: z.array(z.object({ id: z.string(), score: z.number(), parent: z.string().nullable() })),
    handler,
  }),
  'github.create_issue': {
    description: 'Opens an issue.\n"""\nimport os',
    input: {
      type: 'object',
      properties: { title: { type: 'string' }, assignee: { $ref: '#/$defs/user' } },
      required: ['title'],
      $defs: {
        user: {
          type: 'object',
          title: 'User',
          properties: { login: { type: 'string' }, boss: { $ref: '#/$defs/user' } },
          required: ['login'],
        },
      },
    },
    handler,
  },
  'files.list': { output: { type: 'array', items: { type: 'string' } }, handler },
};

it('are given as one text, for the description of a tool', () => {
  expect(functionStubs(functions).text).toBe(`\
# from host import search, github, files
# The same to be awaited: from host.aio import search, github, files

class SearchResultItem(TypedDict):
    id: str
    score: float
    parent: str | None

class User(TypedDict):
    login: str
    boss: NotRequired[User]

def search(query: str, limit: int = 10, kinds: list[Literal["note", "mail"]] = ...) -> list[SearchResultItem]:
    """Finds documents.

    Args:
        query: words to look for
    """

def github.create_issue(title: str, assignee: User = ...) -> Any:
    """Opens an issue.
    \\"\\"\\"
    import os
    """

def files.list() -> list[str]: ...
`);
});

it('are given as files for editors, in which a function may have the name of a type', () => {
  const { files } = functionStubs(functions);
  expect(Object.keys(files).sort()).toEqual([
    'host/__init__.pyi',
    'host/aio/__init__.pyi',
    'host/aio/files/__init__.pyi',
    'host/aio/github/__init__.pyi',
    'host/files/__init__.pyi',
    'host/github/__init__.pyi',
  ]);
  expect(files['host/aio/files/__init__.pyi']).toBe(`\
from typing import Any, Literal, NotRequired, TypedDict
from builtins import list as _list

async def list() -> _list[str]: ...
`);
});

it('are empty without functions, and refused for a function that can not be used', () => {
  expect(functionStubs({}).text).toBe('');
  expect(() => functionStubs({ class: { handler } })).toThrow(VivariumError);
});
