#!/usr/bin/env node
import process from 'node:process';
import { installedElectron } from './host/electron-command.ts';
import { main } from './main.ts';

await main(process.argv.slice(2), installedElectron);
