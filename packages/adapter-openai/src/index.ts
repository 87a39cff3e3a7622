export { openaiEmbedder, type OpenAIEmbedderOptions } from './openai-embedder';
export { openaiModel, type OpenAIModelOptions } from './openai-model';
