// SPDX-License-Identifier: Apache-2.0
declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  const show: (options: Record<string, unknown>) => void;
  export default show;
}
declare module "swagger-ui-dist/swagger-ui.css";
declare module "./style.css";
