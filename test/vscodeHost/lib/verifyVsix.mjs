// @ts-check
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { onCleanup } from './cleanup.mjs';
import { codeServerCommand } from './codeServer.mjs';
import { createProfile } from './profile.mjs';
import { manifest } from './repo.mjs';
import { Advice, say } from './say.mjs';
import { openWorkbench } from './workbench.mjs';
import { isEditorOf, openFile, webviewFrame } from './workbenchActions.mjs';

/**
 * Installs a .vsix into a fresh profile, opens a file by quick open, and checks that this extension's editor shows it.
 * @param {string} vsix
 * @param {string} file
 */
export async function verifyVsix(vsix, file) {
  const { id } = manifest();
  const profile = createProfile();
  onCleanup(profile.remove);
  const { command, args, env } = await codeServerCommand(profile);
  const installed = spawnSync(command, [...args, '--install-extension', vsix], {
    env,
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (installed.status !== 0)
    throw new Advice(`${vsix} could not be installed:\n${installed.stdout}${installed.stderr}`);
  say(`installed ${basename(vsix)} into a fresh VS Code`);
  const folder = join(profile.root, 'workspace');
  mkdirSync(folder);
  const copy = join(folder, basename(file));
  copyFileSync(file, copy);
  const { page } = await openWorkbench({ profile, folder });
  await openFile(page, copy);
  const mine = isEditorOf(id);
  // An editor whose script did not load is an empty page, so words are asked for, not only the frame.
  const frame = await webviewFrame(
    page,
    async (candidate) => mine(candidate) && (await wordsOf(candidate)) !== '',
  );
  const shownAsText = await page.locator('.editor-instance .monaco-editor').count();
  if (shownAsText > 0) throw new Advice(`${basename(file)} was opened as text as well.`);
  const problems = await page.locator('.notification-toast .codicon-error').count();
  if (problems > 0)
    throw new Advice(
      `VS Code shows an error: ${(await page.locator('.notification-toast').allTextContents()).join('; ')}`,
    );
  say(`${basename(file)} is open in the editor of ${id}: "${(await wordsOf(frame)).slice(0, 120)}"`);
}

/** @param {import('playwright-core').Frame} frame */
async function wordsOf(frame) {
  return (await frame.locator('body').innerText({ timeout: 5000 })).replace(/\s+/g, ' ').trim();
}
