import { useData, withBase } from 'vitepress';
import { defineComponent, h, onBeforeUnmount, onMounted, ref, watch } from 'vue';

/**
 * `<LiveFigure name title>caption</LiveFigure>`: a figure of the playground in a frame, which is loaded when one scrolls near
 * it. The frame is told which colours the page has, and answers with its height.
 */
export const LiveFigure = defineComponent({
  name: 'LiveFigure',
  props: { name: { type: String, required: true }, title: { type: String, required: true } },
  setup(props, { slots }) {
    const { isDark } = useData();
    const frame = ref<HTMLIFrameElement>();
    const height = ref(420);

    function greet(): void {
      const theme = isDark.value ? 'dark' : 'light';
      frame.value?.contentWindow?.postMessage({ theme }, location.origin);
    }

    function listen({ source, data }: MessageEvent): void {
      if (source === frame.value?.contentWindow && data.height > 0) height.value = data.height;
    }

    onMounted(() => {
      addEventListener('message', listen);
      greet();
    });
    onBeforeUnmount(() => removeEventListener('message', listen));
    watch(isDark, greet);

    return () =>
      h('figure', { class: 'live' }, [
        h('iframe', {
          ref: frame,
          src: withBase(`/live/index.html?figure=${props.name}`),
          title: props.title,
          style: { height: `${height.value}px` },
          loading: 'lazy',
          onLoad: greet,
        }),
        h('figcaption', slots.default?.()),
      ]);
  },
});
