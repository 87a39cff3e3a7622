// Child processes: captured by default, never reading our stdin, and ended with us.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { readJson, root, toolScript } from './workspace.mjs';

const running = new Set();

/** Runs a command. Resolves, never rejects: `{ code, output }`, output empty when `inherit` shows it directly. */
export function run(command, args, { cwd = root, env = {}, inherit = false, interactive = false, shell = false } = {}) {
  return new Promise((resolve) => {
    const out = inherit ? 'inherit' : 'pipe';
    const stdio = [interactive ? 'inherit' : 'ignore', out, out];
    const child = spawn(command, args, { cwd, env: { ...process.env, ...colour(), ...env }, stdio, shell });
    const chunks = [];
    const finish = (code, last = '') => {
      running.delete(child);
      resolve({ code, output: Buffer.concat(chunks).toString() + last });
    };
    running.add(child);
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => finish(1, String(error)));
    child.on('close', (code, signal) => finish(code ?? 1, signal ? `\nended by ${signal}` : ''));
  });
}

/** Captured or not, children colour their output exactly where we are read by a person. */
function colour() {
  if ('NO_COLOR' in process.env || 'FORCE_COLOR' in process.env) return {};
  return process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
}

/** Runs a development tool of the root package.json with this Node. */
export const tool = (packageName, args, options = {}) =>
  run(process.execPath, [toolScript(packageName, options.command), ...args], options);

/** Runs the pnpm version that package.json names; only npm has to be installed. */
export function pnpm(args, options = {}) {
  const version = readJson(join(root, 'package.json')).packageManager;
  return run('npx', ['--yes', version, ...args], { ...options, shell: process.platform === 'win32' });
}

/** Until the returned function is called, SIGINT and SIGTERM end the children first and then this process. */
export function endChildrenOnSignal() {
  const end = (signal) => {
    for (const child of running) child.kill(signal);
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.on('SIGINT', end).on('SIGTERM', end);
  return () => process.off('SIGINT', end).off('SIGTERM', end);
}
