/** For tools that can't look into components; vue-tsc can, and does. */
declare module '*.vue' {
  import type { DefineComponent } from 'vue';
  const component: DefineComponent;
  export default component;
}
