import * as assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { COSTS, VARIATIONS } from '../../src/engine/machine/costs';
import { PRESETS } from '../../src/engine/machine/presets/registry';
import { KERNEL_RULES } from '../../src/engine/sim/run';
import {
  COMMANDS,
  CONTEXT_KEYS,
  DASHBOARD_VIEW_TYPE,
  EDITOR_VIEW_TYPE,
  EXTENSION_ID,
  RAW_EDITOR_VIEW_TYPE,
  SETTINGS,
  SETTINGS_SECTION,
  TREE_CONTEXT,
  VIEW_CONTAINER,
  VIEWS,
} from '../../src/host/ids';

interface Command {
  readonly command: string;
  readonly title: string;
  readonly category?: string;
  readonly when?: string;
  readonly enablement?: string;
}
interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly icon: string;
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly Command[];
    readonly customEditors: readonly {
      viewType: string;
      priority: string;
      selector: readonly { filenamePattern: string }[];
    }[];
    readonly viewsContainers: { readonly activitybar: readonly { id: string; icon: string }[] };
    readonly views: Readonly<Record<string, readonly { id: string; icon?: string }[]>>;
    readonly menus: Readonly<Record<string, readonly Command[]>>;
    readonly keybindings: readonly (Command & { key: string })[];
    readonly configuration: {
      readonly properties: Readonly<
        Record<string, { enum?: string[]; description?: string; markdownDescription?: string }>
      >;
    };
    readonly jsonValidation: readonly { url: string }[];
    readonly viewsWelcome: readonly { view: string; contents: string }[];
  };
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const { contributes } = manifest;
const commandIds: readonly string[] = Object.values(COMMANDS);

describe('package.json and host/ids.ts', () => {
  it('agree on the extension, its editors, views and settings', () => {
    assert.equal(`${manifest.publisher}.${manifest.name}`, EXTENSION_ID);
    assert.deepEqual(
      contributes.customEditors.map(({ viewType }) => viewType),
      [EDITOR_VIEW_TYPE, RAW_EDITOR_VIEW_TYPE],
    );
    assert.deepEqual(
      contributes.customEditors.map(({ priority }) => priority),
      ['default', 'option'],
    );
    assert.deepEqual(
      contributes.viewsContainers.activitybar.map(({ id }) => id),
      [VIEW_CONTAINER],
    );
    assert.deepEqual(
      contributes.views[VIEW_CONTAINER]?.map(({ id }) => id),
      Object.values(VIEWS),
    );
    const settings = Object.values(SETTINGS).map((name) => `${SETTINGS_SECTION}.${name}`);
    assert.deepEqual(Object.keys(contributes.configuration.properties), settings);
  });

  it('agree on the commands, each with title and category', () => {
    assert.deepEqual(contributes.commands.map(({ command }) => command).sort(), [...commandIds].sort());
    for (const { command, title, category } of contributes.commands) {
      assert.ok(title.trim().length > 0, command);
      assert.equal(category, 'MigTrace', command);
    }
  });

  it('menus and keys name commands that exist', () => {
    const used = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].map(
      ({ command }) => command,
    );
    assert.deepEqual(
      used.filter((command) => !commandIds.includes(command)),
      [],
    );
    const links = contributes.viewsWelcome.flatMap(({ contents }) =>
      [...contents.matchAll(/command:([\w.]+)/g)].map((match) => match[1]),
    );
    assert.deepEqual(
      links.filter((command) => !commandIds.includes(command ?? '')),
      [],
    );
  });

  it('conditions name context keys, views and items that exist', () => {
    const conditions = [
      ...Object.values(contributes.menus).flat(),
      ...contributes.keybindings,
      ...contributes.commands,
    ].flatMap(({ when, enablement }) => [when ?? '', enablement ?? '']);
    const known = new Set<string>([
      ...Object.values(CONTEXT_KEYS),
      ...Object.values(VIEWS),
      ...Object.values(TREE_CONTEXT),
      DASHBOARD_VIEW_TYPE,
      EDITOR_VIEW_TYPE,
    ]);
    const named = conditions.flatMap((condition) => condition.match(/\bmigtrace\.\w+/g) ?? []);
    assert.ok(named.length > 10);
    assert.deepEqual(
      named.filter((name) => !known.has(name) && name !== 'migtrace.migtrace'),
      [],
    );
  });

  it('keys work only while one of our views is the active editor, and not while typing', () => {
    for (const { key, when } of contributes.keybindings) {
      assert.match(when ?? '', new RegExp(CONTEXT_KEYS.viewActive), key);
      assert.match(when ?? '', /!inputFocus/, key);
    }
  });

  it('internal commands stay out of the palette', () => {
    const hidden = (contributes.menus['commandPalette'] ?? [])
      .filter(({ when }) => when === 'false')
      .map(({ command }) => command);
    assert.deepEqual(
      hidden.sort(),
      [COMMANDS.selectRun, COMMANDS.exportRun, COMMANDS.copySource, COMMANDS.pause].sort(),
    );
  });

  it('files that the manifest names exist', () => {
    const icons = [
      ...contributes.viewsContainers.activitybar,
      ...Object.values(contributes.views).flat(),
    ].map(({ icon }) => icon ?? '');
    const named = [manifest.icon, ...icons, ...contributes.jsonValidation.map(({ url }) => url)];
    assert.deepEqual(
      named.filter((file) => !existsSync(file)),
      [],
    );
  });

  it('every setting is explained, and the kernels are those the engine knows', () => {
    for (const [name, { description, markdownDescription }] of Object.entries(
      contributes.configuration.properties,
    )) {
      assert.ok((description ?? markdownDescription ?? '').length > 10, name);
    }
    assert.deepEqual(contributes.configuration.properties['migtrace.kernel']?.enum, [
      'auto',
      ...KERNEL_RULES,
    ]);
  });
});

describe('the schema of machine files', () => {
  interface Schema {
    readonly properties: Readonly<
      Record<string, { properties?: Readonly<Record<string, unknown>>; enum?: string[] }>
    >;
  }
  const schema = JSON.parse(readFileSync('media/migtopo.schema.json', 'utf8')) as Schema;

  it('knows the presets, and every cost and variation of the engine', () => {
    assert.deepEqual(schema.properties['extends']?.enum, Object.keys(PRESETS));
    assert.deepEqual(Object.keys(schema.properties['costs']?.properties ?? {}), Object.keys(COSTS));
    assert.deepEqual(Object.keys(schema.properties['variation']?.properties ?? {}), Object.keys(VARIATIONS));
  });
});
