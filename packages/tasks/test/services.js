export const services = { factor: 10 };
