export { fileTemplates, type FileTemplatesOptions } from './file-templates';
